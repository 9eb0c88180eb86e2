"""Starts a script plugin. Where the script may call the platform, it opens the way there first.

The cage has no network but its own loopback. A server on 127.0.0.1 hands every connection on to a unix socket of the
agent, which lets requests to the public API through and adds the token of the task; the script itself has none.

Environment it goes by:
    SLY_SCRIPT   path of the script
    SLY_GATEWAY  path of the socket; absent without network
What it adds for the script, in the names the Supervisely SDK knows:
    SERVER_ADDRESS  http://127.0.0.1:PORT
    API_TOKEN       of the right shape and of no use anywhere
"""

import os
import runpy
import socket
import sys
import threading
import time
import traceback

# As long as tokens are, because clients look at that.
PLACEHOLDER_TOKEN = "0" * 128
# An agent that restarts makes its socket anew and finds the script still running.
GATEWAY_WAIT_S = 300
CHUNK = 256 * 1024


def connect(path):
    """A connection to the agent; waits for it while it is away."""
    deadline = time.monotonic() + GATEWAY_WAIT_S
    while True:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.connect(path)
            return link
        except OSError:
            link.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def copy(source, target):
    """Bytes one way, until there are no more; the other way may go on."""
    try:
        while True:
            data = source.recv(CHUNK)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # Either end broke off: then both do.
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def hand_on(client, path):
    try:
        link = connect(path)
    except OSError:
        client.close()
        return
    with client, link:
        back = threading.Thread(target=copy, args=(link, client), daemon=True)
        back.start()
        copy(client, link)
        back.join()


def serve(server, path):
    while True:
        client, _ = server.accept()
        threading.Thread(target=hand_on, args=(client, path), daemon=True).start()


def open_gateway(path):
    """The address under which the script finds the platform."""
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    threading.Thread(target=serve, args=(server, path), daemon=True).start()
    return "http://127.0.0.1:%d" % server.getsockname()[1]


def print_failure(script):
    """The traceback as Python would print it, without what stands above the script."""
    kind, error, trace = sys.exc_info()
    at = trace
    while at is not None and at.tb_frame.f_code.co_filename != script:
        at = at.tb_next
    traceback.print_exception(kind, error, at if at is not None else None)


def main():
    script = os.environ["SLY_SCRIPT"]
    gateway = os.environ.pop("SLY_GATEWAY", None)
    if gateway is not None:
        os.environ["SERVER_ADDRESS"] = open_gateway(gateway)
        os.environ["API_TOKEN"] = PLACEHOLDER_TOKEN
    # What it writes without a folder in front is a result.
    os.chdir(os.path.join(os.environ.get("SLY_TASK_DIR", "/sly_task_data"), "results"))
    sys.argv = [script]
    try:
        runpy.run_path(script, run_name="__main__")
    except Exception:
        print_failure(script)
        sys.exit(1)


if __name__ == "__main__":
    main()
