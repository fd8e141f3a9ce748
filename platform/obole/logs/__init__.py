"""What is written down: lines for people or JSON for programs, without anybody's secrets."""
