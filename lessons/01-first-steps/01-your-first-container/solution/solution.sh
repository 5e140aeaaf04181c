# What a learner does in this lesson, without a terminal to type at: the tests run it and then expect every check to hold.
set -e
docker run hello-world
echo hostname | docker run -i busybox sh
