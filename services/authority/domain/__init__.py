"""The rules of who may do what: pure functions of what the registers say and of a day."""
