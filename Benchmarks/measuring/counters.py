"""What does not depend on the clock: instructions and allocations."""
import collections
import concurrent.futures
import os
import re
import subprocess
import sys

TOOLS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), '.build', 'release')
RUN_PART = os.path.join(TOOLS, 'run-part')

Part = collections.namedtuple('Part', 'name calls_per_round')


def parts():
    """Every part that there is."""
    lines = subprocess.run([RUN_PART], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [Part(name, int(calls)) for calls, name in (line.split('\t', 1) for line in lines)]


def instructions(parts, rounds):
    """By name, those of one call; several parts are counted at the same time, which changes nothing."""
    command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', RUN_PART]
    return _count(parts, rounds, command, {}, r'Collected : (\d+)')


def allocations(parts, rounds):
    """By name, those of one call: malloc and its like, however many bytes."""
    library = os.path.join(TOOLS, 'libCountAllocations.so')
    return _count(parts, rounds, [RUN_PART], {'LD_PRELOAD': library}, r'allocations: (\d+)')


def _count(parts, rounds, command, environment, pattern):
    # Hashing has another seed in each process otherwise, and collisions cost instructions.
    environment = dict(os.environ, SWIFT_DETERMINISTIC_HASHING='1', **environment)

    def counted(part, rounds):
        run = subprocess.run(command + [part.name, str(rounds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        found = re.search(pattern, run.stderr)
        if run.returncode or not found:
            sys.exit('parts: %s fails: %s' % (part.name, run.stderr.strip()))
        return int(found.group(1))

    def difference(part):
        return (counted(part, 2 * rounds) - counted(part, rounds)) / (rounds * part.calls_per_round)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
        return dict(zip([part.name for part in parts], threads.map(difference, parts)))
