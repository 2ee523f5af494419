"""An HTTPS proxy that leads every host to the emulator, whatever name was asked for."""

import asyncio
import ssl
import threading
from urllib.parse import urlsplit


class Proxy:
    """Answers CONNECT with a tunnel to the emulator's TLS port.

    A tunnel to a clear port is wrapped in TLS on its way: the emulator listens on one port only.
    """

    def __init__(self, root, authority):
        address = urlsplit(root)
        self.emulator = (address.hostname, address.port)
        self.tls = ssl.create_default_context(cafile=authority)
        self.asked = set()
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0)
        )
        port = self.server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def serve(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            verb, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            host, _, port = target.rpartition(":")
            if verb != "CONNECT":
                writer.write(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n")
                return
            self.asked.add(host)
            tls = self.tls if port == "80" else None
            onward = await asyncio.open_connection(
                *self.emulator, ssl=tls, server_hostname=host if tls else None
            )
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(copy(reader, onward[1]), copy(onward[0], writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def copy(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
