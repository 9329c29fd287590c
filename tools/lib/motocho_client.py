"""What the fault tools share: starting a real server, talking to it, and reading the log back through the CLI."""
import atexit
import hashlib
import http.client
import json
import os
import re
import signal
import subprocess
import time


class Server:
    """A `motocho serve` on a free port of the loopback. `before` is put in front of the command (a tracer, say)."""

    def __init__(self, binary, data, before=(), arguments=()):
        self.binary, self.data = binary, data
        self.process = subprocess.Popen(
            [*before, binary, "serve", "--data", data, "--listen", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # Whatever goes wrong here, no server stays behind.
        atexit.register(self.kill)
        self.said = []
        deadline = time.time() + 120
        while True:
            line = self.process.stdout.readline()
            self.said.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
            if not line or time.time() > deadline:
                raise SystemExit("the server did not start:\n" + "".join(self.said))
        os.set_blocking(self.process.stdout.fileno(), False)

    def kill(self):
        """Ends it without a word; does nothing to one that has ended."""
        if self.process.poll() is None:
            # A tracer in front does not take the traced server with it.
            subprocess.run(["pkill", "-KILL", "-P", str(self.process.pid)])
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """Ends it as an operator would, and says how it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


class Client:
    """One connection, opened again when it breaks."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def post(self, path, body, key, timeout=30):
        """(status, body bytes, replayed), or None when the outcome is unknown."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            self.connection.request(
                "POST", path, json.dumps(body), {"Content-Type": "application/json", "Idempotency-Key": key})
            answer = self.connection.getresponse()
            content = answer.read()
            return answer.status, content, answer.getheader("Idempotency-Replayed") == "true"
        except (OSError, http.client.HTTPException):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return None


def key_hash(key, principal="anonymous"):
    """The first 128 bits of SHA-256(principal, 0x00, key), as the export prints them."""
    return hashlib.sha256(principal.encode() + b"\0" + key.encode()).hexdigest()[:32]


def events(binary, data):
    """Every event, through the CLI's JSON Lines."""
    replay = subprocess.run([binary, "replay", "--data", data, "--format", "json"], capture_output=True, text=True)
    if replay.returncode != 0:
        raise SystemExit("replay failed: " + replay.stderr)
    return [json.loads(line) for line in replay.stdout.splitlines()]


def run(*command):
    """Runs a command; its output is shown only when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
