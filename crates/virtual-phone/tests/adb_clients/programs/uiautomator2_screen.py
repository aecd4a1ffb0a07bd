"""uiautomator2 looks at the phone, finds things on its screen and moves about in it."""

import sys

import uiautomator2
from lxml import etree

TIKTOK = "com.zhiliaoapp.musically"
LAUNCHER = "com.google.android.apps.nexuslauncher"

phone = uiautomator2.connect(sys.argv[1])
phone.settings["wait_timeout"] = 10

info = phone.info
assert (info["displayWidth"], info["displayHeight"]) == (1080, 2400), info
assert info["currentPackageName"] == LAUNCHER and info["screenOn"] and info["sdkInt"] == 33, info
assert phone.window_size() == (1080, 2400)
assert phone.device_info["serial"] == "virtual-1", phone.device_info

tree = etree.fromstring(phone.dump_hierarchy().encode())
assert {root.get("package") for root in tree} == {"com.android.systemui", LAUNCHER}
node = tree.find(".//node[@text='TikTok']")
assert node.get("visible-to-user") == "true" and node.get("display-id") == "0"
assert int(node.get("drawing-order")) > 0
assert phone.dump_hierarchy(compressed=True, pretty=True).count("<node") < len(list(tree.iter("node")))

icon = phone(text="TikTok")
assert icon.exists and icon.count == 1 and icon.info["packageName"] == LAUNCHER
assert not phone(text="Nowhere").exists
assert not phone(text="Nowhere").wait(timeout=0.3)
try:
    phone(text="Nowhere").click(timeout=0.3)
    raise SystemExit("a click on nothing succeeded")
except uiautomator2.UiObjectNotFoundError:
    pass

icon.click()
refuse = phone(resourceId="com.android.permissioncontroller:id/permission_deny_button")
assert refuse.wait(timeout=10)
assert phone.app_current()["package"] == "com.google.android.permissioncontroller"
x, y = refuse.center()
phone.click(x, y)
assert refuse.wait_gone(timeout=10)
assert phone.app_current()["package"] == TIKTOK
assert TIKTOK in phone.app_list_running() and TIKTOK in phone.app_list()

# The feed moves all the time, which the agent does not mind.
before = phone(descriptionContains="Like video").info["contentDescription"]
phone.swipe(0.5, 0.8, 0.5, 0.2, steps=10)
assert phone(descriptionContains="Like video").info["contentDescription"] != before
phone.xpath('//*[@content-desc="Profile"]').click()
assert phone(textStartsWith="@virtual").wait(timeout=10)

picture = phone.screenshot()
assert picture.size == (1080, 2400) and len(picture.getcolors(1 << 24)) > 50

phone.press("home")
assert phone.info["currentPackageName"] == LAUNCHER
phone.app_start(TIKTOK)
assert phone.app_wait(TIKTOK, front=True, timeout=10) > 0
phone.app_stop(TIKTOK)
assert phone.app_current()["package"] == LAUNCHER
assert phone.shell("ls /nowhere").exit_code == 1
