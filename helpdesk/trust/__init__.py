"""Which keys this centre stands for: root and issuer, the trust list, what was revoked."""
