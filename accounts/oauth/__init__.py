"""OAuth 2 as Flattr's clients speak it, on django-oauth-toolkit."""
