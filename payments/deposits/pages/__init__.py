"""The pages on which a subscriber sees the wallet, pays in and takes out."""
