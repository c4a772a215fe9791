"""Authority: who may do what: staff, duty roster, equipment, API clients, sign-in, tokens, approvals."""
