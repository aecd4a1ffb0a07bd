"""Only one program at a time holds the accessibility service, and the agent lets go of it when it ends."""

import sys

import uiautomator2

phone = uiautomator2.connect(sys.argv[1])
assert phone.info["screenOn"]
try:
    uiautomator2.connect(sys.argv[1], port=9010)
    raise SystemExit("a second agent runs beside the first")
except uiautomator2.exceptions.AccessibilityServiceAlreadyRegisteredError:
    pass
refused = phone.adb_device.shell("uiautomator dump /dev/tty")
assert "already registered" in refused, refused
phone.stop_uiautomator()
dumped = phone.adb_device.shell("uiautomator dump /dev/tty")
assert "<hierarchy" in dumped, dumped
assert phone.info["screenOn"], "the next call starts the agent again"
