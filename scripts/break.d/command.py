"""The command under test, run so that crashes, hangs and greed are noticed."""

import os
import signal
import subprocess
import time

# Statuses by which the command says that it will not: sysexits.h, and 130 for a stop.
REFUSALS = {64, 65, 66, 69, 71, 73, 74, 75, 78, 130}


class Fault(Exception):
    """Something that must never happen."""


class Command:
    def __init__(self, binary, place, deadline):
        self.binary = binary
        self.place = place
        self.deadline = deadline
        self.tried = 0
        self.refused = 0
        self.longest = 0.0
        self.most = 0

    @property
    def has_time(self):
        return time.monotonic() < self.deadline

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.path(name)) or ".", exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
        return name

    def start(self, arguments, **options):
        environment = dict(os.environ, COLUMNS="80", **options.pop("environment", {}))
        return subprocess.Popen(
            options.pop("prefix", []) + [self.binary] + arguments,
            cwd=self.place,
            env=environment,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=options.pop("stderr", subprocess.PIPE),
            **options,
        )

    def run(self, arguments, limit=10.0, memory=1 << 20, may_fail=True, **options):
        """Runs to the end; limit in seconds, memory in KB. Returns status, output and errors."""
        out_path, err_path = self.path(".out"), self.path(".err")
        begin = time.monotonic()
        with open(out_path, "wb") as out, open(err_path, "wb") as err:
            process = self.start(arguments, stdout=out, stderr=err, **options)
            while True:
                done, status, usage = os.wait4(process.pid, os.WNOHANG)
                if done:
                    break
                if time.monotonic() - begin > limit:
                    process.send_signal(signal.SIGKILL)
                    os.wait4(process.pid, 0)
                    process.returncode = -9
                    raise Fault(f"a hang: over {limit:g} s for {self.said(arguments)}")
                time.sleep(0.002)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begin
        with open(out_path, "rb") as file:
            output = file.read()
        with open(err_path, "rb") as file:
            errors = file.read()
        self.tried += 1
        self.longest = max(self.longest, seconds)
        self.most = max(self.most, usage.ru_maxrss)
        if code < 0 or code in (70, 71) or code > 130 or b"Fatal error" in errors:
            raise Fault(
                f"a crash: status {code} of {self.said(arguments)}: "
                + errors.decode("utf-8", "replace")[-400:]
            )
        if usage.ru_maxrss > memory:
            raise Fault(f"{usage.ru_maxrss >> 10} MB for {self.said(arguments)}")
        if code in REFUSALS:
            self.refused += 1
            if code not in (130,) and not errors.strip():
                raise Fault(f"status {code} without a word of {self.said(arguments)}")
        if not may_fail and code != 0:
            raise Fault(
                f"status {code} of {self.said(arguments)}: "
                + errors.decode("utf-8", "replace")[-400:]
            )
        if b"\x00" in output or b"\x00" in errors or b"\x1b" in errors:
            raise Fault(f"a NUL or an escape is printed by {self.said(arguments)}")
        return code, output, errors

    @staticmethod
    def said(arguments):
        text = " ".join(arguments)
        return text if len(text) < 300 else text[:300] + " …"
