// Descriptions that several commands' help pages share.

const TEMPLATES = 'Refer to https://docs.docker.com/go/formatting/\nfor how to write templates';

export const INSPECT_FORMAT_HELP = `Choose the form of the output:
'json':             JSON on one line
'TEMPLATE':         a Go template of yours.
${TEMPLATES}`;

export const LIST_FORMAT_HELP = `Choose the form of the output:
'table':            columns with a header (default)
'table TEMPLATE':   columns of a Go template of yours
'json':             a line of JSON for each
'TEMPLATE':         a Go template of yours.
${TEMPLATES}`;

export const DETACH_KEYS_HELP = 'Keys that leave the container running, instead of ctrl-p,ctrl-q';
