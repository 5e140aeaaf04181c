# The learner's shell. Short and without any program run at start: starting one costs milliseconds here.
[ -z "$PS1" ] && return
HISTCONTROL=ignoreboth
HISTSIZE=5000
shopt -s checkwinsize globstar histappend

# Blue host, green folder, and the exit status of the last command in red when it failed.
__drydock_ps1='\[\e[1;34m\]\u@\h\[\e[0m\]:\[\e[1;32m\]\w\[\e[0m\]\$ '
__drydock_prompt() {
  local status=$?
  PS1=$__drydock_ps1
  if ((status)); then PS1="\[\e[31m\]$status\[\e[0m\] $PS1"; fi
}
PROMPT_COMMAND=__drydock_prompt
PS2='> '

alias ls='ls --color=auto'
alias ll='ls -l'
alias la='ls -la'
alias grep='grep --color=auto'
alias ip='ip -color=auto'
alias diff='diff --color=auto'
alias vim=vi
export LS_COLORS='di=1;34:ln=36:so=35:pi=33:ex=1;32:bd=33:cd=33:or=31:tw=34;42:ow=34'
