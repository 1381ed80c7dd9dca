"""How the SDK's httpx clients reach a server: proxies, certificates, response hooks, bodies that stream from files."""
