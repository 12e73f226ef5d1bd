<?php

/**
 * What the console runs when the extension is activated, removed or upgraded.
 */
function extension_install_loadaverage()
{
    $common = new ExtensionCommon;
    $common->sqlQuery("CREATE TABLE IF NOT EXISTS `loadaverage` (
        `ID` INT(11) NOT NULL AUTO_INCREMENT,
        `HARDWARE_ID` INT(11) NOT NULL,
        `PERIOD` VARCHAR(32) DEFAULT NULL,
        `LOADVALUE` VARCHAR(32) DEFAULT NULL,
        PRIMARY KEY (`ID`, `HARDWARE_ID`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8");
}

function extension_delete_loadaverage()
{
    $common = new ExtensionCommon;
    $common->sqlQuery("DROP TABLE IF EXISTS `loadaverage`");
}

function extension_upgrade_loadaverage()
{
}
