# What Debian's packages of OCS Inventory NG leave on a host, as far as an extension meets it.
# $1: admin, comm or agent.
set -eu
extensions=/usr/share/ocsinventory-reports/extensions
perl=/usr/share/perl5
umask 022
case $1 in
admin)
  mkdir -p $extensions
  chown www-data: $extensions
  ;;
comm)
  mkdir -p /etc/ocsinventory/plugins /etc/apache2/conf-available $perl/Apache/Ocsinventory/Plugins
  ln -s $perl /etc/ocsinventory/perl
  cat >$perl/Apache/Ocsinventory/Map.pm <<'X'
package Apache::Ocsinventory::Map;

use strict;
use warnings;

use Exporter 'import';

our %DATA_MAP;
our @EXPORT = ('%DATA_MAP');

1;
X
  cat >/etc/apache2/conf-available/z-ocsinventory-server.conf <<'X'
  # PerlSetEnv OCS_PLUGINS_CONF_DIR "/nowhere/plugins"
  PerlSetEnv OCS_PLUGINS_PERL_DIR "/etc/ocsinventory/perl"
  PerlSetEnv OCS_PLUGINS_CONF_DIR "/etc/ocsinventory/plugins"
X
  # As Apache does, it only starts when each Map that a conf names loads.
  cat >/etc/init.d/apache2 <<'X'
#!/bin/sh
### BEGIN INIT INFO
# Provides:          apache2
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: stands in for the web server
### END INIT INFO
start() {
  for map in $(sed -n 's/^ *PerlModule *\([A-Za-z0-9_:]*\).*/\1/p' /etc/ocsinventory/plugins/*.conf); do
    perl -I /etc/ocsinventory/perl -M"$map" -e 1 || return 1
  done
  : >/run/apache2.running
  echo started >>/run/apache2.starts
}
case "$1" in
start) start ;;
stop) rm -f /run/apache2.running ;;
restart | force-reload) rm -f /run/apache2.running; start ;;
status) if [ -e /run/apache2.running ]; then echo apache2 is running; else echo apache2 is stopped; exit 3; fi ;;
esac
X
  chmod 755 /etc/init.d/apache2
  /etc/init.d/apache2 start
  ;;
agent)
  mkdir -p /etc/ocsinventory $perl/Ocsinventory/Agent/Modules
  cat >/etc/ocsinventory/modules.conf <<'X'
# this list of module will be load by the at run time
# to check its syntax do:
# #perl modules.conf
# You must have NO error. Else the content will be ignored
# This mechanism goal it to keep compatibility with 'plugin'
# created for the previous linux_agent.
# The new unified_agent have its own extension system that allow
# user to add new information easily.

#use Ocsinventory::Agent::Modules::Example;
use Ocsinventory::Agent::Modules::Download;

# DO NOT REMOVE the 1;
1;
X
  printf 'package Ocsinventory::Agent::Modules::Download;\n\nsub new { return bless {}, shift }\n\n1;\n' \
    >$perl/Ocsinventory/Agent/Modules/Download.pm
  ;;
esac
