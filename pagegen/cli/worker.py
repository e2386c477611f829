"""A worker of `pagegen serve`, started by it: `python -m pagegen.cli.worker PLAN (first | joins)`."""

import os
import sys

import msgspec

from pagegen.cli.homepages import homepage
from pagegen.errors import PagegenError
from pagegen.serving import logs
from pagegen.serving.plan import Plan, Word
from pagegen.serving.worker import work


def main(arguments: list[str]) -> int:
    plan = msgspec.json.decode(arguments[0], type=Plan)
    words = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints goes to the log, not to the parent

    def tell(word: Word) -> None:
        words.write(msgspec.json.encode(word) + b"\n")

    logs.set_up(plan.log)
    try:
        work(plan, homepage(plan.homepage), tell, early=arguments[1] == "first")
    except PagegenError as error:
        tell(Word(says="failed", text=str(error)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
