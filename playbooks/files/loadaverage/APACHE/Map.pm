package Apache::Ocsinventory::Plugins::Loadaverage::Map;

use strict;

use Apache::Ocsinventory::Map;

# Which section of an inventory goes into which table, and which of its fields.
$DATA_MAP{loadaverage} = {
    mask         => 0,
    multi        => 1,
    auto         => 1,
    delOnReplace => 1,
    sortBy       => 'PERIOD',
    writeDiff    => 0,
    cache        => 0,
    fields       => {
        PERIOD    => {},
        LOADVALUE => {},
    },
};

1;
