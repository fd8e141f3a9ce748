"""What keeps an account its owner's: password, second factors, sessions, the address."""
