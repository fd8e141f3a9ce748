"""The one door to other people's sites: every outgoing request goes through `fetching.fetcher`."""
