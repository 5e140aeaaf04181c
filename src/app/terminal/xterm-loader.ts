// The terminal is the largest piece of the page and is not needed for its first paint: it comes as a chunk of its own.
import '@xterm/xterm/css/xterm.css';

export { FitAddon } from '@xterm/addon-fit';
export { Terminal } from '@xterm/xterm';
