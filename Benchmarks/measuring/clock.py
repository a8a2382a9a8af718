"""Time, as ordo-one/benchmark measures it."""
import os
import re
import statistics
import subprocess
import sys
import tempfile

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROUNDS = 1000
"""In one sample: `scalingFactor` of PartBenchmarks."""


def nanoseconds(parts):
    """By name, the median time of one call."""
    with tempfile.TemporaryDirectory() as folder:
        # The plugin builds in its own way: in the folder of other builds each would undo the other's.
        command = ['swift', 'package', '--package-path', PACKAGE, '--scratch-path', PACKAGE + '/.build-clock', '--disable-sandbox',
                   '--allow-writing-to-package-directory', 'benchmark', '--target', 'PartBenchmarks', '--format', 'histogramSamples', '--path', folder, '--no-progress']
        for part in parts:
            command += ['--filter', re.escape(part.name)]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode:
            sys.exit('parts: the benchmarks failed:\n' + run.stdout)
        samples = {name: os.path.join(folder, name) for name in os.listdir(folder)}
        return {part.name: _median(part, samples) for part in parts}


def _median(part, samples):
    ending = '.%s.wallClock.histogram.samples.tsv' % part.name.replace('/', '_').replace(' ', '_')
    found = [path for name, path in samples.items() if name.endswith(ending)]
    if len(found) != 1:
        sys.exit('parts: no time of %s' % part.name)
    with open(found[0]) as file:
        times = [int(line) for line in file.read().splitlines()[1:]]
    return statistics.median(times) / (ROUNDS * part.calls_per_round)
