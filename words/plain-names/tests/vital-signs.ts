import { testRow } from './test-row.ts'

/** What is measured at a visit. */
export const vitalSigns = [
  testRow(
    '85354-9 55284-4 35094-2',
    ['Blood pressure', 'Presión arterial'],
    [
      'Measures how hard the blood presses on the vessels, while the heart beats and between the beats.',
      'Mide con qué fuerza presiona la sangre los vasos, durante el latido y entre los latidos.',
    ],
  ),
  testRow(
    '8480-6',
    ['Upper blood pressure (systolic)', 'Presión arterial máxima (sistólica)'],
    ['The pressure while the heart beats.', 'La presión durante el latido del corazón.'],
  ),
  testRow(
    '8462-4',
    ['Lower blood pressure (diastolic)', 'Presión arterial mínima (diastólica)'],
    ['The pressure between two beats of the heart.', 'La presión entre dos latidos del corazón.'],
  ),
  testRow(
    '8867-4 8889-8 8893-0',
    ['Heart rate', 'Frecuencia cardíaca'],
    ['Counts how often the heart beats in a minute.', 'Cuenta cuántas veces late el corazón por minuto.'],
  ),
  testRow(
    '9279-1',
    ['Breathing rate', 'Frecuencia respiratoria'],
    ['Counts the breaths in a minute.', 'Cuenta las respiraciones por minuto.'],
  ),
  testRow(
    '8310-5',
    ['Body temperature', 'Temperatura del cuerpo'],
    ['Measures how warm the body is.', 'Mide la temperatura del cuerpo.'],
  ),
  testRow(
    '8331-1',
    ['Temperature in the mouth', 'Temperatura en la boca'],
    ['Measures how warm the body is.', 'Mide la temperatura del cuerpo.'],
  ),
  testRow(
    '8332-9',
    ['Temperature in the rectum', 'Temperatura en el recto'],
    ['Measures how warm the body is.', 'Mide la temperatura del cuerpo.'],
  ),
  testRow(
    '8333-7',
    ['Temperature in the ear', 'Temperatura en el oído'],
    ['Measures how warm the body is.', 'Mide la temperatura del cuerpo.'],
  ),
  testRow(
    '8328-7',
    ['Temperature under the arm', 'Temperatura en la axila'],
    ['Measures how warm the body is.', 'Mide la temperatura del cuerpo.'],
  ),
  testRow(
    '2708-6 59408-5 20564-1',
    ['Oxygen in the blood', 'Oxígeno en la sangre'],
    [
      'Measures how much of the blood is filled with oxygen.',
      'Mide qué parte de la sangre está cargada de oxígeno.',
    ],
  ),
  testRow(
    '3151-8',
    ['Flow of added oxygen', 'Flujo de oxígeno adicional'],
    ['Says how much oxygen somebody was given to breathe.', 'Dice cuánto oxígeno se dio para respirar.'],
  ),
  testRow(
    '3150-0',
    ['Concentration of added oxygen', 'Concentración de oxígeno adicional'],
    [
      'Says how much of the air that was breathed was oxygen.',
      'Dice qué parte del aire respirado era oxígeno.',
    ],
  ),
  testRow(
    '29463-7 3141-9',
    ['Weight', 'Peso'],
    ['Measures how heavy the body is.', 'Mide cuánto pesa el cuerpo.'],
  ),
  testRow(
    '8339-4',
    ['Weight at birth', 'Peso al nacer'],
    ['Measures how heavy the child was at birth.', 'Mide cuánto pesaba el niño al nacer.'],
  ),
  testRow(
    '8302-2 3137-7 8308-9',
    ['Height', 'Estatura'],
    ['Measures how tall the body is.', 'Mide cuánto mide el cuerpo.'],
  ),
  testRow(
    '8306-3',
    ['Length (lying down)', 'Longitud (acostado)'],
    ['Measures how long a small child is, lying down.', 'Mide cuánto mide un niño pequeño acostado.'],
  ),
  testRow(
    '89269-5',
    ['Length at birth', 'Longitud al nacer'],
    ['Measures how long the child was at birth.', 'Mide cuánto medía el niño al nacer.'],
  ),
  testRow(
    '39156-5',
    ['Body mass index (BMI)', 'Índice de masa corporal (IMC)'],
    ['Compares the weight with the height.', 'Compara el peso con la estatura.'],
  ),
  testRow(
    '59576-9',
    [
      'Body mass index among children of the same age',
      'Índice de masa corporal entre niños de la misma edad',
    ],
    [
      'Says how many of 100 children of this age and sex have a lower body mass index.',
      'Dice cuántos de cada 100 niños de esta edad y sexo tienen un índice de masa corporal menor.',
    ],
  ),
  testRow(
    '77606-2',
    ['Weight for length among small children', 'Peso para la longitud entre niños pequeños'],
    [
      'Says how many of 100 children of this length weigh less.',
      'Dice cuántos de cada 100 niños de esta longitud pesan menos.',
    ],
  ),
  testRow(
    '9843-4 8287-5',
    ['Head circumference', 'Perímetro de la cabeza'],
    ['Measures the largest distance around the head.', 'Mide la mayor distancia alrededor de la cabeza.'],
  ),
  testRow(
    '8289-1',
    [
      'Head circumference among children of the same age',
      'Perímetro de la cabeza entre niños de la misma edad',
    ],
    [
      'Says how many of 100 children of this age and sex have a smaller head.',
      'Dice cuántos de cada 100 niños de esta edad y sexo tienen la cabeza más pequeña.',
    ],
  ),
  testRow(
    '72514-3',
    ['Pain (0 to 10)', 'Dolor (de 0 a 10)'],
    [
      'Says how strong somebody felt the pain, from 0 for none to 10.',
      'Dice qué tan fuerte se sintió el dolor, de 0, sin dolor, a 10.',
    ],
  ),
].flat()
