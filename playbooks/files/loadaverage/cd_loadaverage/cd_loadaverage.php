<?php

// The page "Load average" of one machine: what its agent sent last.
print_item_header($l->g(94100));

$rows = mysql2_query_secure(
    "SELECT `PERIOD`, `LOADVALUE` FROM `loadaverage` WHERE `HARDWARE_ID` = %s ORDER BY `ID`",
    $_SESSION['OCS']["readServer"],
    array($systemid)
);

echo '<table class="table table-striped"><thead><tr><th>' . htmlspecialchars($l->g(94101))
    . '</th><th>' . htmlspecialchars($l->g(94102)) . '</th></tr></thead><tbody>';
while ($row = $rows->fetch_assoc()) {
    echo '<tr><td>' . htmlspecialchars($row['PERIOD']) . '</td><td>'
        . htmlspecialchars($row['LOADVALUE']) . '</td></tr>';
}
echo '</tbody></table>';
