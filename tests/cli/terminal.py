"""Runs a program on a pseudo-terminal and keeps what it is sent."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from screen import Screen


class Terminal:
    def __init__(self, lines, columns, command, environment=None):
        self.screen = Screen(lines, columns)
        self.bytes = b""
        self.status = None
        self.frames = []  # when each picture was shown whole, in seconds on the test's own clock
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
            for name in ("COLUMNS", "LINES", "NO_COLOR", "COLORTERM"):
                os.environ.pop(name, None)
            os.environ.update(environment or {})
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds=0.05):
        """Takes what there is, waiting for so long at most. False: the program has closed the terminal."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        before = self.screen.frames
        self.bytes += data
        self.screen.feed(data)
        self.frames += [time.monotonic()] * (self.screen.frames - before)
        return bool(data)

    def until(self, what, seconds=120):
        """Reads until what() is true. False: the program ended, or it took too long."""
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end or not self.read():
                return what()
        return True

    def finish(self, seconds=120):
        """Reads to the end; the exit status, below 0 the signal that ended it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read():
            pass
        if time.monotonic() >= end:
            os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        self.status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        return self.status

    def send(self, text):
        os.write(self.fd, text.encode())

    def signal(self, number):
        os.kill(self.pid, number)

    def resize(self, lines, columns):
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
