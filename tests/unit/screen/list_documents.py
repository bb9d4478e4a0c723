"""Small documents in the layouts of lists of which no whole file is at hand: built from the published schemas, fictional names."""

from __future__ import annotations

SDN_XML = """<?xml version="1.0"?><sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation><Publish_Date>05/03/2024</Publish_Date>
<Record_Count>2</Record_Count></publshInformation><sdnEntry><uid>1</uid><lastName>EXAMPLE STAR</lastName><sdnType>Vessel</sdnType>
<programList><program>DPRK4</program></programList><akaList><aka><uid>9</uid><type>f.k.a.</type><category>strong</category>
<lastName>OLD STAR</lastName></aka></akaList><idList><id><uid>5</uid><idType>Vessel Registration Identification</idType>
<idNumber>IMO 9000003</idNumber></id><id><uid>6</uid><idType>MMSI</idType><idNumber>200000001</idNumber></id></idList><vesselInfo><callSign>XYZ1</callSign>
<vesselType>Tanker</vesselType><vesselFlag>Nowhere</vesselFlag><vesselOwner>EXAMPLE CO</vesselOwner></vesselInfo></sdnEntry>
<sdnEntry><uid>2</uid><firstName>Ivan</firstName><lastName>EXAMPLE</lastName><sdnType>Individual</sdnType></sdnEntry></sdnList>"""

SDN_ADVANCED = """<?xml version="1.0"?><Sanctions xmlns="http://www.un.org/sanctions/1.0"><DateOfIssue><Year>2024</Year><Month>5</Month><Day>3</Day></DateOfIssue>
<ReferenceValueSets><PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType></PartyTypeValues>
<PartySubTypeValues><PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
</PartySubTypeValues><IDRegDocTypeValues><IDRegDocType ID="1626">Vessel Registration Identification</IDRegDocType></IDRegDocTypeValues></ReferenceValueSets>
<IDRegDocuments><IDRegDocument ID="7" IDRegDocTypeID="1626" IdentityID="70"><IDRegistrationNo>IMO 9000003</IDRegistrationNo></IDRegDocument></IDRegDocuments>
<DistinctParties><DistinctParty FixedRef="1"><Comment/><Profile ID="1" PartySubTypeID="1"><Identity ID="70"><Alias Primary="true"><DocumentedName>
<DocumentedNamePart><NamePartValue ScriptID="215">EXAMPLE STAR</NamePartValue></DocumentedNamePart></DocumentedName></Alias><Alias Primary="false"><DocumentedName>
<DocumentedNamePart><NamePartValue ScriptID="220">ПРИМЕР</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity></Profile></DistinctParty>
<DistinctParty FixedRef="2"><Profile ID="2" PartySubTypeID="3"><Identity ID="71"><Alias Primary="true"><DocumentedName><DocumentedNamePart>
<NamePartValue>EXAMPLE CO</NamePartValue></DocumentedNamePart></DocumentedName></Alias></Identity></Profile></DistinctParty></DistinctParties>
<SanctionsEntries><SanctionsEntry ID="1" ProfileID="1"><EntryEvent ID="1"><Date><Year>2022</Year><Month>5</Month><Day>8</Day></Date></EntryEvent>
<SanctionsMeasure><Comment>RUSSIA-EO14024</Comment></SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>"""

EU_XML = """<?xml version="1.0" encoding="UTF-8"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2024-05-03T10:00:00.000+02:00">
<sanctionEntity designationDate="2017-12-22" euReferenceNumber="EU.1.1" logicalId="1"><remark>Vessel, IMO number: 9000003</remark>
<regulation programme="PRK" publicationDate="2017-12-22"><publicationUrl>http://example.org</publicationUrl></regulation><subjectType code="enterprise"/>
<nameAlias wholeName="Example Star"/><nameAlias wholeName="Old  Star"/></sanctionEntity>
<sanctionEntity logicalId="2"><regulation programme="RUS" publicationDate="2022-02-25"/><subjectType code="person"/><nameAlias wholeName="Ivan EXAMPLE"/>
<nameAlias wholeName="Иван ПРИМЕР"/></sanctionEntity></export>"""

UK_XML = """<?xml version="1.0" encoding="utf-8"?><Designations><DateGenerated>03/05/2024</DateGenerated><Designation><UniqueID>RUS9001</UniqueID>
<DateDesignated>13/06/2024</DateDesignated><Names><Name><Name6>EXAMPLE STAR</Name6><NameType>Primary Name</NameType></Name><Name><Name6>OLD STAR</Name6>
<NameType>Alias</NameType></Name></Names><NonLatinNames><NonLatinName><NameNonLatinScript>ПРИМЕР</NameNonLatinScript></NonLatinName></NonLatinNames>
<RegimeName>Russia</RegimeName><IndividualEntityShip>Ship</IndividualEntityShip><IMONumbers><IMONumber>9000003</IMONumber></IMONumbers>
<CurrentOwnerOperators><CurrentOwnerOperator>EXAMPLE CO</CurrentOwnerOperator></CurrentOwnerOperators></Designation>
<Designation><UniqueID>RUS9002</UniqueID><Names><Name><Name1>Ivan</Name1><Name6>EXAMPLE</Name6><NameType>Primary Name</NameType></Name></Names>
<IndividualEntityShip>Individual</IndividualEntityShip><DateDesignated>circa 2022</DateDesignated></Designation></Designations>"""

SECO_XML = """<?xml version="1.0" encoding="UTF-8"?><swiss-sanctions-list date="2024-05-03"><sanctions-program ssid="10"><program-key lang="eng">DPRK</program-key>
<sanctions-set ssid="11">Annex</sanctions-set></sanctions-program><target ssid="1" sanctions-set-id="11"><object ssid="2" object-type="vessel"><identity ssid="3" main="true">
<name ssid="4" name-type="primary-name"><name-part ssid="5" order="1" name-part-type="whole-name"><value>Example Star</value><spelling-variant ssid="6" script="Hang">보기별</spelling-variant>
</name-part></name></identity><other-information ssid="7">IMO: 9000003</other-information></object>
<modification modification-type="listed" publication-date="2018-01-05"/></target>
<target ssid="8" sanctions-set-id="11"><individual ssid="9"><identity ssid="12" main="true"><name ssid="13"><name-part order="2" ssid="14"><value>EXAMPLE</value></name-part>
<name-part order="1" ssid="15"><value>Ivan</value></name-part></name></identity></individual></target>
<target ssid="20" sanctions-set-id="11"><entity ssid="21"><identity ssid="22"><name ssid="23"><name-part ssid="24"><value>GONE CO</value></name-part></name></identity></entity>
<modification modification-type="listed" publication-date="2018-01-05"/><modification modification-type="de-listed" publication-date="2020-01-05"/></target></swiss-sanctions-list>"""

CA_XML = """<?xml version="1.0" encoding="utf-8"?><data-set><record><Country>Russia / Russie</Country><EntityOrShip>Example Star</EntityOrShip><Schedule>7</Schedule><Item>1</Item>
<ShipIMONumber>9000003</ShipIMONumber><DateOfListing>2024-02-23</DateOfListing><Aliases>Old Star; Older Star</Aliases></record>
<record><Country>Russia / Russie</Country><LastName>EXAMPLE</LastName><GivenName>Ivan</GivenName><Schedule>1</Schedule><Item>2</Item></record></data-set>"""

FTM_JSON = """{"id":"x-1","schema":"Vessel","properties":{"name":["EXAMPLE STAR"],"previousName":["OLD STAR"],"imoNumber":["IMO9000003"],"topics":["sanction"],"flag":["zz"]}}
{"id":"x-2","schema":"Person","properties":{"name":["Ivan Example"]}}

{"id":"x-3","schema":"Sanction","properties":{"entity":["x-2"],"program":["RUS"],"startDate":["2022-02-25"]}}
{"id":"x-4","schema":"Company","properties":{"name":["EXAMPLE CO"]}}
{"id":"x-5","schema":"Ownership","properties":{"owner":["x-4"],"asset":["x-1"]}}
"""

TABLE_CSV = """id,kind,name,aliases,imo,listed_from,listed_to,source_url
1,vessel,EXAMPLE STAR,OLD STAR; OLDER STAR,9000003,2024-01-17,,https://example.org/list
2,company,EXAMPLE CO,,,2024-01-17,2025-01-17,https://example.org/list
"""

DOCUMENTS = {
    "ofac-sdn-xml": SDN_XML,
    "eu-xml": EU_XML,
    "uk-xml": UK_XML,
    "ch-seco-xml": SECO_XML,
    "ca-sema-xml": CA_XML,
    "ftm-json": FTM_JSON,
    "un-1718-csv": TABLE_CSV,
    "eu-annex-xlii-csv": TABLE_CSV,
    "au-dfat-csv": TABLE_CSV,
    "jp-mof-csv": TABLE_CSV,
    "kr-mofa-csv": TABLE_CSV,
    "nz-mfat-csv": TABLE_CSV,
    "ua-nsdc-csv": TABLE_CSV,
}
