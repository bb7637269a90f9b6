"""What pages ask of the book: lists, figures, the story of one order."""
