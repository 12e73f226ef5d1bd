package Ocsinventory::Agent::Modules::Loadaverage;

use strict;
use warnings;

sub new {
    my (undef, $context) = @_;
    my $self = { logger => $context->{logger}, common => $context->{common} };

    $self->{structure} = {
        name              => 'LOADAVERAGE',
        start_handler     => undef,
        prolog_writer     => undef,
        prolog_reader     => undef,
        inventory_handler => 'loadaverage_inventory_handler',
        end_handler       => undef,
    };

    return bless $self;
}

# Adds one LOADAVERAGE section for each of the kernel's three periods.
sub loadaverage_inventory_handler {
    my $self = shift;
    my %load;
    @load{ '1 minute', '5 minutes', '15 minutes' } = load_averages();

    for my $period ('1 minute', '5 minutes', '15 minutes') {
        next unless defined $load{$period};
        push @{ $self->{common}->{xmltags}->{LOADAVERAGE} },
          { PERIOD => [$period], LOADVALUE => [ $load{$period} ] };
    }
    return;
}

# Returns the load averages of 1, 5 and 15 minutes: from Linux's /proc, or as `uptime` tells them.
sub load_averages {
    my $told;
    if (open my $proc, '<', '/proc/loadavg') {
        $told = readline $proc;
        close $proc;
    }
    else {
        $told = `LC_ALL=C uptime`;
        $told =~ s/.*load averages?://s if defined $told;
    }
    return unless defined $told;
    return ($told =~ /(\d+\.\d+)/g)[ 0 .. 2 ];
}

1;
