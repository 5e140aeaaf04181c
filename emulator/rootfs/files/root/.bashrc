# Yours to change. The defaults are in /etc/bash.bashrc.
