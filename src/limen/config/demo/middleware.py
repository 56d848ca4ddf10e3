"""Passkeys need a host name, so the demo answers at localhost and sends 127.0.0.1 there."""

from django.http import HttpResponseRedirect


class LocalhostMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        host = request.get_host()
        name, _, port = host.rpartition(":") if ":" in host.rstrip("]") else (host, "", "")
        if name in ("127.0.0.1", "[::1]"):
            target = f"localhost:{port}" if port else "localhost"
            return HttpResponseRedirect(f"{request.scheme}://{target}{request.get_full_path()}")
        return self.get_response(request)
