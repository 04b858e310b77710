"""Photos to try Bowerbird on: fetched at set-up from published packages, kept in the user's cache folder."""
