"""Countries with capital and continent, as far as neither is disputed, shared or about to change.

Left out on purpose: countries with several capitals or a contested one, those that lie on two continents, and
those whose capital has the country's own name. North America includes Central America and the Caribbean.
"""

from dataclasses import dataclass

_TABLE = {
    "Europe": """
        Albania: Tirana|Austria: Vienna/Salzburg|Belgium: Brussels/Antwerp|Bulgaria: Sofia
        Croatia: Zagreb/Split
        Czechia: Prague/Brno|Denmark: Copenhagen/Aarhus|Estonia: Tallinn/Tartu|Finland: Helsinki/Tampere
        France: Paris/Marseille|Germany: Berlin/Frankfurt|Greece: Athens/Thessaloniki
        Hungary: Budapest/Debrecen
        Iceland: Reykjavik|Ireland: Dublin/Cork|Italy: Rome/Milan|Latvia: Riga|Lithuania: Vilnius/Kaunas
        Malta: Valletta|Moldova: Chisinau|Norway: Oslo/Bergen|Poland: Warsaw/Krakow|Portugal: Lisbon/Porto
        Romania: Bucharest|Serbia: Belgrade/Novi Sad|Slovakia: Bratislava/Kosice|Slovenia: Ljubljana/Maribor
        Spain: Madrid/Barcelona|Sweden: Stockholm/Gothenburg|Switzerland: Bern/Zurich|Ukraine: Kyiv/Lviv
        United Kingdom: London/Birmingham|North Macedonia: Skopje|Liechtenstein: Vaduz""",
    "Asia": """
        Afghanistan: Kabul/Kandahar|Bahrain: Manama|Bangladesh: Dhaka/Chittagong|Bhutan: Thimphu
        Cambodia: Phnom Penh|China: Beijing/Shanghai|India: New Delhi/Mumbai|Iran: Tehran/Isfahan
        Iraq: Baghdad/Basra|Japan: Tokyo/Osaka|Jordan: Amman|Kyrgyzstan: Bishkek/Osh|Laos: Vientiane
        Lebanon: Beirut|Mongolia: Ulaanbaatar|Nepal: Kathmandu/Pokhara|North Korea: Pyongyang|Oman: Muscat
        Pakistan: Islamabad/Karachi|Philippines: Manila/Davao|Qatar: Doha|Saudi Arabia: Riyadh/Jeddah
        South Korea: Seoul/Busan|Syria: Damascus/Aleppo|Tajikistan: Dushanbe|Thailand: Bangkok/Chiang Mai
        Turkmenistan: Ashgabat|United Arab Emirates: Abu Dhabi/Dubai|Uzbekistan: Tashkent/Samarkand
        Vietnam: Hanoi/Ho Chi Minh City""",
    "Africa": """
        Algeria: Algiers/Oran|Angola: Luanda|Botswana: Gaborone|Burkina Faso: Ouagadougou
        Cameroon: Yaounde/Douala
        Cape Verde: Praia|Chad: N'Djamena|Eritrea: Asmara|Ethiopia: Addis Ababa|Gabon: Libreville
        Gambia: Banjul
        Ghana: Accra/Kumasi|Guinea: Conakry|Kenya: Nairobi/Mombasa|Lesotho: Maseru|Liberia: Monrovia
        Libya: Tripoli/Benghazi|Madagascar: Antananarivo|Malawi: Lilongwe/Blantyre|Mali: Bamako
        Mauritania: Nouakchott
        Mauritius: Port Louis|Morocco: Rabat/Casablanca|Mozambique: Maputo|Namibia: Windhoek|Niger: Niamey
        Nigeria: Abuja/Lagos|Rwanda: Kigali|Senegal: Dakar|Sierra Leone: Freetown|Somalia: Mogadishu
        Togo: Lome|Tunisia: Tunis/Sfax|Uganda: Kampala/Entebbe|Zambia: Lusaka|Zimbabwe: Harare/Bulawayo""",
    "North America": """
        Bahamas: Nassau|Barbados: Bridgetown|Belize: Belmopan/Belize City|Canada: Ottawa/Toronto
        Costa Rica: San Jose|Cuba: Havana|Dominican Republic: Santo Domingo|El Salvador: San Salvador
        Grenada: Saint George's|Haiti: Port-au-Prince|Honduras: Tegucigalpa/San Pedro Sula
        Jamaica: Kingston/Montego Bay|Nicaragua: Managua|Saint Lucia: Castries
        Trinidad and Tobago: Port of Spain|United States: Washington, D.C./New York City|Dominica: Roseau""",
    "South America": """
        Argentina: Buenos Aires/Cordoba|Brazil: Brasilia/Rio de Janeiro|Chile: Santiago/Concepcion
        Colombia: Bogota/Medellin|Ecuador: Quito/Guayaquil|Guyana: Georgetown|Paraguay: Asuncion
        Peru: Lima/Cusco|Suriname: Paramaribo|Uruguay: Montevideo|Venezuela: Caracas/Maracaibo""",
    "Oceania": """
        Australia: Canberra/Sydney|Fiji: Suva/Nadi|New Zealand: Wellington/Auckland
        Papua New Guinea: Port Moresby|Samoa: Apia|Solomon Islands: Honiara|Tonga: Nuku'alofa
        Tuvalu: Funafuti|Vanuatu: Port Vila""",
}


@dataclass(frozen=True)
class Country:
    """One country; ``rival`` is a well-known city of it that is not the capital, or empty."""

    name: str
    capital: str
    continent: str
    rival: str = ""


def _read() -> tuple[Country, ...]:
    countries = []
    for continent, table in _TABLE.items():
        for entry in table.replace("\n", "|").split("|"):
            if entry.strip():
                name, _, cities = entry.strip().partition(": ")
                capital, _, rival = cities.partition("/")
                countries.append(Country(name, capital, continent, rival))
    return tuple(countries)


COUNTRIES = _read()
CONTINENTS = tuple(_TABLE)
