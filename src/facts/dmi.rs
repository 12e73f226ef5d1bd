//! What the firmware says of the machine.

use super::Ground;
use crate::{host::Seen, value::Map};

const FORMS: &[&str] = &[
    "Unknown",
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All In One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "Sub Chassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system",
    "CompactPCI",
    "AdvancedTCA",
    "Blade",
    "Blade Enclosure",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT Gateway",
    "Embedded PC",
    "Mini PC",
    "Stick PC",
];

pub(super) fn dmi(ground: &Ground<'_>, facts: &mut Map) -> Seen<()> {
    for name in [
        "bios_date",
        "bios_vendor",
        "bios_version",
        "board_asset_tag",
        "board_name",
        "board_serial",
        "board_vendor",
        "board_version",
        "chassis_asset_tag",
        "chassis_serial",
        "chassis_vendor",
        "chassis_version",
        "form_factor",
        "product_name",
        "product_serial",
        "product_uuid",
        "product_version",
        "system_vendor",
    ] {
        let file = match name {
            "form_factor" => "chassis_type",
            "system_vendor" => "sys_vendor",
            same => same,
        };
        let said = ground.word(&format!("/sys/devices/virtual/dmi/id/{file}"))?;
        let said = match (name, said) {
            ("form_factor", Some(number)) => {
                let form = number.parse::<usize>().ok().and_then(|at| FORMS.get(at));
                Some(form.map_or(format!("unknown ({number})"), |form| (*form).to_owned()))
            }
            (_, said) => said,
        };
        facts.insert(name, said.unwrap_or_else(|| "NA".to_owned()));
    }
    Ok(())
}
