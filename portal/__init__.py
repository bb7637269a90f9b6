"""The vendor's door: pages for the people of vendors, and webhooks of stores."""
