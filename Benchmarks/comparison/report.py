"""The tables as text, Markdown and a plot."""
import os
import platform
import subprocess
import time

COLOURS = {'CPython': '#9aa5b1', 'Redis': '#c0504d', 'ours': '#2f6f9f'}


def text(results):
    return '\n\n'.join([_table(result) for result in results])


def _table(result):
    lines = ['## ' + result.title, '']
    if result.columns:
        lines += ['| ' + ' | '.join(str(cell) for cell in row) + ' |' for row in [result.columns, ['---'] * len(result.columns)] + result.rows]
    return '\n'.join(lines + (['', result.note] if result.note else []))


def write(results, options, folder):
    """Writes RESULTS.md and results.svg."""
    heading = '\n'.join([
        '# Results', '', 'Written by `Benchmarks/compare` on %s: %d rounds of %g s, servers by turns, medians. Ratios within this run count; absolute '
        'numbers are those of this machine.' % (time.strftime('%Y-%m-%d'), options.rounds, options.seconds), '',
        machine(), '- %s' % _version([options.python, '--version']), '- %s' % _version(['redis-server', '--version']), '',
        '![Calls per second](results.svg)', ''])
    with open(os.path.join(folder, 'RESULTS.md'), 'w') as file:
        file.write(heading + '\n' + text(results) + '\n')
    with open(os.path.join(folder, 'results.svg'), 'w') as file:
        file.write(svg([bar for result in results for bar in result.bars]))


def machine():
    """What was measured on, and with which Swift."""
    return '\n'.join([
        '- machine: %s, %d processors' % (_processor(), os.cpu_count()), '- system: %s' % platform.platform(), '- %s' % _version(['swift', '--version'])])


def _processor():
    with open('/proc/cpuinfo') as file:
        names = [line.split(':', 1)[1].strip() for line in file if line.startswith('model name')]
    return names[0] if names else platform.machine()


def _version(command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()[0]
    except (OSError, IndexError):
        return '%s: not here' % command[0]


def svg(bars):
    """Horizontal bars in pairs, each as long as its calls per second."""
    width, label, row = 900, 250, 17
    longest = max([value for _, pair in bars for _, value in pair] or [1])
    parts, y = [], 10
    for title, pair in bars:
        parts.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (label - 10, y + row, _escaped(title)))
        for name, value in pair:
            length = (width - label - 150) * value / longest
            parts.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (label, y, length, row - 3, COLOURS[name]))
            parts.append('<text x="%.1f" y="%d">%s %s</text>' % (label + length + 6, y + row - 5, name, '{:,.0f}'.format(value)))
            y += row
        y += 10
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">'
            '<rect width="100%%" height="100%%" fill="white"/>\n%s\n</svg>\n' % (width, y, '\n'.join(parts)))


def _escaped(title):
    return title.replace('&', '&amp;').replace('<', '&lt;')
