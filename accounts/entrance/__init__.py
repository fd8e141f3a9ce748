"""Coming in: sign-up, sign-in, and the way back for who lost their password.

The deeds are django-allauth's, at our addresses, with our forms, words and pages.
"""
