// Descriptions that several commands' help pages share.

const TEMPLATES = 'Refer to https://docs.docker.com/go/formatting/\nfor how to write templates';

export const INSPECT_FORMAT_HELP = `Choose the form of the output:
'json':             JSON on one line
'TEMPLATE':         your own Go template.
${TEMPLATES}`;

export const LIST_FORMAT_HELP = `Choose the form of the output:
'table':            columns with header (default)
'table TEMPLATE':   columns of your own template
'json':             a line of JSON for each
'TEMPLATE':         your own Go template.
${TEMPLATES}`;

export const DETACH_KEYS_HELP = 'Keys that leave the container running, instead of ctrl-p,ctrl-q';
