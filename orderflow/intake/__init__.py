"""Orders come in: by webhook, by reading the shop, from before the app was here."""
