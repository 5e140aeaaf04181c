ln -s /usr/bin/python3 /usr/local/bin/python3
ln -s python3 /usr/local/bin/python
