"""What staff decide about people, how they are told, and looking at people's pages."""
