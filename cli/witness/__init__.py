"""The witness: a process of another department, on another host, that remembers how far the log went and what it held.

It needs the standard library, cryptography, Starlette and uvicorn, and the few modules of the audit service's rules
that it imports; no database, no broker, no key of ours.
"""
