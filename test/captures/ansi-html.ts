const COLOURS: Readonly<Record<number, string>> = {
  30: '#1b1f24',
  31: '#e5534b',
  32: '#57ab5a',
  33: '#c69026',
  34: '#539bf5',
  35: '#b083f0',
  36: '#39c5cf',
  37: '#cdd9e5',
  90: '#768390',
  91: '#ff938a',
  92: '#6bc46d',
  93: '#daaa3f',
  94: '#6cb6ff',
  95: '#dcbdfb',
  96: '#56d4dd',
  97: '#ffffff',
};

const ESCAPE = '\u001B';
const SGR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

/** What a terminal shows, with its colours, as a page. Knows what `tmux capture-pane -e` writes: SGR sequences and nothing else. */
export function terminalPage(captured: string, title: string): string {
  const lines = toHtml(captured.trimEnd());
  return `<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; background: #fff; }
    main { display: inline-block; margin: 16px; border-radius: 8px; background: #22272e; box-shadow: 0 2px 12px #0005; }
    header { padding: 8px 14px; color: #768390; font: 12px "DejaVu Sans", sans-serif; border-bottom: 1px solid #373e47; }
    pre { margin: 0; padding: 14px; color: #cdd9e5; font: 13px/1.4 "DejaVu Sans Mono", monospace; }
  </style><main><header>${escape(title)}</header><pre>${lines}</pre></main>`;
}

/** A style holds until it is changed, also past the end of a line. */
function toHtml(text: string): string {
  const style = { colour: '', bold: false, dim: false };
  return text
    .split(SGR)
    .map((part) => {
      const codes = part.startsWith(ESCAPE) ? part.slice(2, -1) : undefined;
      if (codes === undefined) return part === '' ? '' : span(style, part);
      for (const code of codes.split(';').map(Number)) {
        if (code === 0) Object.assign(style, { colour: '', bold: false, dim: false });
        if (code === 1) style.bold = true;
        if (code === 2) style.dim = true;
        if (code === 22) Object.assign(style, { bold: false, dim: false });
        if (code === 39) style.colour = '';
        style.colour = COLOURS[code] ?? style.colour;
      }
      return '';
    })
    .join('');
}

const span = ({ colour, bold, dim }: { colour: string; bold: boolean; dim: boolean }, text: string): string =>
  `<span style="${colour && `color:${colour};`}${bold ? 'font-weight:bold;' : ''}${dim ? 'opacity:.6;' : ''}">${escape(text)}</span>`;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
