"""Does what it is told on standard input with adbutils, and says after each line how many results were wrong."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import adbutils

phones = [adbutils.adb.device(address) for address in sys.argv[1:]]
phone = phones[0]


def shell(count, command, output, status):
    told = (phone.shell2(command, v2=True) for _ in range(int(count)))
    return sum((one.stdout, one.returncode) != (output + "\n", int(status)) for one in told)


def stat(count, path):
    return sum(phone.sync.stat(path).mode == 0 for _ in range(int(count)))


def source(count, service):
    for _ in range(int(count)):
        with phone.open_transport() as stream:
            stream.send_command(service)
            stream.check_okay()
            while stream.conn.recv(4096):
                pass
    return 0


def push(local, remote):
    phone.sync.push(local, remote)
    return 0


def pull(remote, local):
    phone.sync.pull_file(remote, local)
    return 0


def many(seconds, command, output, status):
    """Calls all phones at once; the times of the calls, in milliseconds, follow the number of wrong results."""
    end = time.monotonic() + float(seconds)

    def call(one):
        times, wrong = [], 0
        while (start := time.monotonic()) < end:
            told = one.shell2(command, v2=True)
            wrong += (told.stdout, told.returncode) != (output + "\n", int(status))
            times.append((time.monotonic() - start) * 1000)
        return wrong, times

    with ThreadPoolExecutor(len(phones)) as pool:
        all_calls = list(pool.map(call, phones))
    times = " ".join(f"{taken:.3f}" for _, taken_here in all_calls for taken in taken_here)
    return f"{sum(wrong for wrong, _ in all_calls)} {times}"


work = {"shell": shell, "stat": stat, "source": source, "push": push, "pull": pull, "many": many}
for line in sys.stdin:
    name, *words = line.rstrip("\n").split("\t")
    print(work[name](*words), flush=True)
