"""The rules of reply media: pure, no clock of their own."""
