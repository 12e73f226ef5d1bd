# Prints one LOADAVERAGE section: how busy the processors are now, in percent.
$load = (Get-CimInstance -ClassName Win32_Processor | Measure-Object -Property LoadPercentage -Average).Average

$xml = "<LOADAVERAGE>`n"
$xml += "<PERIOD>now</PERIOD>`n"
$xml += "<LOADVALUE>$load %</LOADVALUE>`n"
$xml += "</LOADAVERAGE>`n"

[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
[Console]::WriteLine($xml)
