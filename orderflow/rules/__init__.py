"""May this part go, and what of it: settings, facts, pure rules, and who carries them out."""
