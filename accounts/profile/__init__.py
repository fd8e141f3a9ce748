"""Who a user is to others, and the language and time zone in which they read the site."""
