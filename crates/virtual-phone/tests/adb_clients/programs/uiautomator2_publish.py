"""uiautomator2 publishes a video: pushes it, shares it, types a title and a description, and taps Post."""

import sys

import uiautomator2

TIKTOK = "com.zhiliaoapp.musically"
CLIP = "/sdcard/DCIM/Camera/clip.mp4"
MEDIA = "content://media/external/video/media"

phone = uiautomator2.connect(sys.argv[1])
phone.settings["wait_timeout"] = 10

phone.push(sys.argv[2], CLIP)
phone.pull(CLIP, sys.argv[2] + ".back")
assert open(sys.argv[2], "rb").read() == open(sys.argv[2] + ".back", "rb").read()
phone.shell(["content", "call", "--uri", "content://media", "--method", "scan_file", "--arg", CLIP])
row = phone.shell(
    f"content query --uri {MEDIA} --projection _id --where \"_display_name='clip.mp4'\""
).output
uri = f"{MEDIA}/{row.split('_id=')[1].strip()}"
phone.shell(
    "am start -a android.intent.action.SEND -t video/mp4 --grant-read-uri-permission"
    f" --eu android.intent.extra.STREAM {uri} -n {TIKTOK}/com.ss.android.ugc.aweme.share.SystemShareActivity"
)
phone(text="Don’t allow").click()
phone(text="Next").click()

title = phone(text="Add a catchy title")
title.set_text("Harbour 👍")
assert phone(resourceId=f"{TIKTOK}:id/g1c").get_text() == "Harbour 👍"
assert 'text="Harbour .."' in phone.dump_hierarchy(), "the agent's dumps cannot hold an emoji"

description = phone(className="android.widget.EditText", instance=1)
description.click()
assert description.info["focused"]
assert "com.google.android.inputmethod.latin" in phone.dump_hierarchy(), "the keyboard is a window of its own"
phone.send_keys("something else")
phone.clear_text()
phone.send_keys("Boats שלום $(id) %s")
assert phone.clipboard == "Boats שלום $(id) %s"
assert description.get_text() == "Boats שלום $(id) %s"
phone.press("back")
phone(text="Post").click()
badge = phone(textMatches="[0-9]+%")
assert badge.wait(timeout=10) and badge.wait_gone(timeout=30)
