"""adbutils lists the phone, runs commands on it, moves files, takes pictures and forwards ports."""

import pathlib
import random
import socket
import sys
import threading

import adbutils

address, folder = sys.argv[1], pathlib.Path(sys.argv[2])
adb = adbutils.adb
assert [device.serial for device in adb.device_list()] == [address]
assert [(item.serial, item.state) for item in adb.list()] == [(address, "device")]
phone = adb.device(address)

assert phone.get_state() == "device" and phone.getprop("ro.serialno") == "virtual-1"
assert "shell_v2" in phone.get_features()
assert phone.shell(["echo", "a b", "$(id)"]) == "a b $(id)"
told = phone.shell2("echo out; echo error >&2; exit 7", v2=True)
assert (told.returncode, told.stdout, told.stderr) == (7, "out\n", "error\n"), told
assert phone.shell2("ls /nowhere").returncode == 1
assert phone.window_size() == (1080, 2400) and phone.app_current().package
assert phone.screenshot(error_ok=False).size == (1080, 2400)
assert phone.battery().level == 87
assert "com.zhiliaoapp.musically" in phone.list_packages()

noise = random.Random(1).randbytes(5_000_000)
(folder / "sent").write_bytes(noise)
target = "/sdcard/Download/some file.bin"
phone.sync.push(folder / "sent", target, check=True)
found = phone.sync.stat(target)
assert found.size == len(noise) and found.mode & 0o777 and not phone.sync.exists("/sdcard/none")
assert phone.sync.pull(target, folder / "back") == len(noise)
assert (folder / "back").read_bytes() == noise
phone.sync.push(b"text \xe2\x9c\x93", "/sdcard/Download/deep/er/note.txt")
assert phone.sync.read_text("/sdcard/Download/deep/er/note.txt") == "text ✓"
assert {"some file.bin", "deep"} <= {item.path for item in phone.sync.list("/sdcard/Download")}
phone.sync.pull_dir("/sdcard/Download", folder / "tree")
assert (folder / "tree/deep/er/note.txt").read_text() == "text ✓"
try:
    phone.sync.push(b"x", "/system/x")
    raise SystemExit("a read-only place was written to")
except adbutils.AdbError:
    pass

# Out over a reverse, back in over a forward: the phone's port is this machine's.
listener = socket.create_server(("127.0.0.1", 0))


def echo():
    peer, _ = listener.accept()
    with peer:
        peer.sendall(peer.recv(100).upper())


threading.Thread(target=echo, daemon=True).start()
phone.reverse("tcp:7100", f"tcp:{listener.getsockname()[1]}")
assert [item.remote for item in phone.reverse_list()] == ["tcp:7100"]
port = phone.forward_port(7100)
assert [item.remote for item in phone.forward_list()] == ["tcp:7100"]
with socket.create_connection(("127.0.0.1", port), timeout=10) as stream:
    stream.sendall(b"ping")
    assert stream.recv(100) == b"PING"
phone.forward_remove_all()
phone.reverse_remove_all()
assert not phone.forward_list() and not phone.reverse_list()
